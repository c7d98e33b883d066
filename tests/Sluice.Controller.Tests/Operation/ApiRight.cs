using System.Text.Json.Nodes;
using System.Web;
using Sluice.Controller.Tests.Faults;

namespace Sluice.Controller.Tests.Operation;

/// <summary>A right as RBAC has it: one verb on one resource; where it is limited, on objects of these names.</summary>
/// <param name="Verb">The verb.</param>
/// <param name="Resource"><c>group/resource</c>, with the subresource; the core group is empty.</param>
/// <param name="Name">The one name that it is about; null: no name, or every name.</param>
internal sealed record ApiRight(string Verb, string Resource, string? Name = null)
{
    /// <summary>What the rules of a role give, each by itself.</summary>
    public static IReadOnlyList<ApiRight> Of(JsonNode role) =>
    [
        .. from rule in role["rules"]!.AsArray()
           from verb in Texts(rule!["verbs"])
           from apiGroup in Texts(rule["apiGroups"])
           from resource in Texts(rule["resources"])
           from name in Texts(rule["resourceNames"]).DefaultIfEmpty(null!)
           select new ApiRight(verb, $"{apiGroup}/{resource}", name),
    ];

    /// <summary>What a request takes, or null for what is no resource, such as discovery, which everybody may read.</summary>
    /// <param name="request">The method and the path with its query.</param>
    public static ApiRight? For(string request)
    {
        var (method, uri) = (request.Split(' ')[0], new Uri(new Uri("http://server"), request.Split(' ')[1]));
        var path = uri.AbsolutePath.Trim('/').Split('/');
        var skipped = path[0] == "api" ? 2 : 3;
        if (path.Length <= skipped || path[0] is not ("api" or "apis"))
        {
            return null;
        }

        var group = path[0] == "api" ? "" : path[1];
        var rest = path[skipped..];
        if (rest is ["namespaces", _, _, ..])
        {
            rest = rest[2..];
        }

        var query = HttpUtility.ParseQueryString(uri.Query);
        var name = rest.Length > 1 ? rest[1] : query["fieldSelector"]?.Split("metadata.name=") is [_, var selected] ? selected : null;
        var verb = (method, rest.Length) switch
        {
            ("GET", > 1) => "get",
            ("GET", _) => query["watch"] is "true" or "1" ? "watch" : "list",
            ("POST", _) => "create",
            ("PUT", _) => "update",
            ("PATCH", _) => "patch",
            ("DELETE", > 1) => "delete",
            _ => "deletecollection",
        };
        return new(verb, $"{group}/{rest[0]}{(rest.Length > 2 ? $"/{rest[2]}" : "")}", name);
    }

    /// <summary>What the requests took that a proxy has seen answered.</summary>
    public static IReadOnlyList<ApiRight> UsedBy(RecordingProxy proxy) =>
        [.. proxy.Answers.Where(answer => answer.Status < 400).Select(answer => For(answer.Request)).OfType<ApiRight>().Distinct()];

    /// <summary>Whether this, as granted, is what <paramref name="needed"/> takes.</summary>
    public bool Gives(ApiRight needed) => Verb == needed.Verb && Resource == needed.Resource && (Name is null || Name == needed.Name);

    private static IEnumerable<string> Texts(JsonNode? list) => (list as JsonArray ?? []).Select(item => (string)item!);
}
