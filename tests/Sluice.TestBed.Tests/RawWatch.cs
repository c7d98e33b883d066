using System.Net;
using System.Text.Json.Nodes;

namespace Sluice.TestBed.Tests;

/// <summary>The events of a watch as the API server sends them.</summary>
internal static class RawWatch
{
    /// <summary>Watches until <paramref name="isLast"/>, or for 30 s at most.</summary>
    /// <returns>The events, the last one included.</returns>
    public static async Task<List<JsonNode>> ReadAsync(ControlPlane controlPlane, string pathAndQuery, Func<JsonNode, bool> isLast)
    {
        using var client = controlPlane.CreateHttpClient();
        using var answer = await BeginAsync(client, new Uri(pathAndQuery + "&watch=true&timeoutSeconds=30", UriKind.Relative));
        answer.EnsureSuccessStatusCode();
        using StreamReader reader = new(await answer.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        List<JsonNode> events = [];
        while (await reader.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            events.Add(JsonNode.Parse(line)!);
            if (isLast(events[^1]))
            {
                break;
            }
        }

        return events;
    }

    private static async Task<HttpResponseMessage> BeginAsync(HttpClient client, Uri uri)
    {
        while (true)
        {
            var answer = await client.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            // "storage is (re)initializing": so it answers for a second after its start, although it says that it is ready.
            if (answer.StatusCode != HttpStatusCode.TooManyRequests)
            {
                return answer;
            }

            answer.Dispose();
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    public static string Type(this JsonNode watchEvent) => (string)watchEvent["type"]!;

    public static string? Name(this JsonNode watchEvent) => (string?)watchEvent["object"]!["metadata"]?["name"];
}
