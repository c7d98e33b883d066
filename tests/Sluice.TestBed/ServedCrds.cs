using System.Text.Json.Nodes;

namespace Sluice.TestBed;

/// <summary>Waits until what CRDs define can be used.</summary>
internal static class ServedCrds
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until every CRD of the API server is established and in its discovery documents.</summary>
    /// <exception cref="TimeoutException">One is not in time; the message names it and its conditions.</exception>
    public static async Task WaitAsync(HttpClient client, TimeSpan timeout)
    {
        using CancellationTokenSource limit = new(timeout, TimeProvider.System);
        string? missing = "none was listed";
        try
        {
            while ((missing = await FindMissingAsync(client, limit.Token)) is not null)
            {
                await Task.Delay(Pause, TimeProvider.System, limit.Token);
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"Not every CRD is served after {timeout}: {missing}.");
        }
    }

    private static async Task<string?> FindMissingAsync(HttpClient client, CancellationToken cancellationToken)
    {
        var crds = await GetAsync(client, "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", cancellationToken);
        HashSet<string> served = [];
        var groups = await GetAsync(client, "/apis", cancellationToken);
        foreach (var version in groups!["groups"]!.AsArray().SelectMany(group => group!["versions"]!.AsArray()))
        {
            var groupVersion = (string)version!["groupVersion"]!;
            var resources = await GetAsync(client, $"/apis/{groupVersion}", cancellationToken);
            served.UnionWith(resources?["resources"]!.AsArray().Select(resource => $"{groupVersion}/{(string)resource!["name"]!}") ?? []);
        }

        foreach (var crd in crds!["items"]!.AsArray())
        {
            var conditions = crd!["status"]?["conditions"]?.AsArray() ?? [];
            if (!conditions.Any(condition => (string)condition!["type"]! == "Established" && (string)condition["status"]! == "True"))
            {
                return $"{(string)crd["metadata"]!["name"]!} is not established, its conditions are {conditions.ToJsonString()}";
            }

            foreach (var version in crd["spec"]!["versions"]!.AsArray().Where(version => (bool)version!["served"]!))
            {
                var resource = $"{(string)crd["spec"]!["group"]!}/{(string)version!["name"]!}/{(string)crd["spec"]!["names"]!["plural"]!}";
                if (!served.Contains(resource))
                {
                    return $"{resource} is not in the discovery documents";
                }
            }
        }

        return null;
    }

    // Null when the group version is gone again, or not there yet.
    private static async Task<JsonNode?> GetAsync(HttpClient client, string path, CancellationToken cancellationToken)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancellationToken)) : null;
    }
}
