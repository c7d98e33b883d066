using Sluice.Cli.Cluster;
using Sluice.Kubernetes;

namespace Sluice.Cli.Checking;

/// <summary>Asks the API server what the user may do.</summary>
internal sealed class AccessCheck(ClusterClient cluster)
{
    private static readonly string[] Verbs = ["get", "list", "patch"];

    private readonly Self _self = new(cluster);

    /// <summary>Who the user is, as the API server sees them.</summary>
    public async Task<string> WhoAmIAsync(CancellationToken cancellation) => (await _self.WhoAmIAsync(cancellation)).Username;

    /// <summary>Whether the user may see and change objects. Not to see them is wrong for this program; not to change them may be meant so.</summary>
    /// <param name="user">Who the user is.</param>
    /// <param name="what">What the objects are called together, such as <c>gates</c>.</param>
    /// <param name="resources">Their kinds.</param>
    /// <param name="inNamespace">The namespace; null: all of them.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<CheckLine> CheckAsync(string user, string what, IReadOnlyList<ApiResource> resources, string? inNamespace, CancellationToken cancellation)
    {
        var questions = resources.SelectMany(resource => Verbs.Select(verb => (Verb: verb, Resource: resource)));
        var answers = await Task.WhenAll(questions.Select(async asked => (asked.Verb, asked.Resource, May: await _self.MayAsync(asked.Verb, asked.Resource, inNamespace, null, cancellation))));
        var refused = answers.Where(answer => !answer.May).ToList();
        var where = inNamespace is null ? "in all namespaces" : $"in namespace '{inNamespace}'";
        if (refused.Count == 0)
            return CheckLine.Right($"you ('{user}') may {Listed(Verbs)} {what} {where}");
        var missing = refused.GroupBy(answer => answer.Verb)
            .Select(group => $"{group.Key} {(group.Count() == resources.Count ? what : Listed([.. group.Select(answer => answer.Resource.Plural)]))}");
        var text = $"you ('{user}') may not {string.Join("; nor ", missing)} {where}";
        return refused.TrueForAll(answer => answer.Verb == "patch")
            ? CheckLine.Notice(text, "others may; if it should be you, ask who runs the cluster for a role that has it")
            : CheckLine.Wrong(text, "ask who runs the cluster for a role that has it, or choose another namespace with -n");
    }

    private static string Listed(string[] words) => words.Length < 2 ? string.Join("", words) : $"{string.Join(", ", words[..^1])} and {words[^1]}";
}
