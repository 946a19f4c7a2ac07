package docs

import "github.com/fluxctx/kubectl-fluxctx/pkg/focus"

// query is a question to Context7 and the topics that its answer is about. The
// questions are fixed: nothing of a project goes into them.
type query struct {
	id     string
	topics []string
}

func newQuery(about string, topics ...string) query {
	return query{queryPrefix + "Flux, the GitOps toolkit for Kubernetes: " + about, topics}
}

// coreQueries are asked whatever the focus is.
func coreQueries() []query {
	return []query{
		newQuery("GitOps principles and workflows", "gitops"),
		newQuery("Flux controllers and custom resources", "controllers", "sources"),
		newQuery("repository structure and security", "repository-structure", "security"),
		newQuery("multi-tenancy and multi-cluster patterns", "multi-tenancy", "multi-cluster"),
	}
}

func topicQuery(topic focus.Topic) query {
	return newQuery(topic.Title+": configuration, best practices, troubleshooting", topic.Name)
}
