using System.Text.RegularExpressions;
using Sluice.TestBed;
using YamlDotNet.RepresentationModel;

namespace Sluice.Api.Tests;

/// <summary>A named expression of CEL in a policy, or in a webhook, of <c>config/admission</c>.</summary>
/// <param name="Owner">The policy's name; of a webhook its own.</param>
/// <param name="Name">The name of the variable or of the condition; <see cref="Mutation"/> for what a policy changes.</param>
/// <param name="Text">The expression, with every white space as one blank.</param>
public sealed partial record AdmissionExpression(string Owner, string Name, string Text)
{
    /// <summary>The name of the expression that says what a policy changes, which has none in the manifest.</summary>
    public const string Mutation = "(mutation)";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<AdmissionExpression> All { get; } =
    [
        .. from owner in Owners()
           from expression in Read(owner.Spec, "matchConditions").Concat(Read(owner.Spec, "variables")).Concat(Mutations(owner.Spec))
           select new AdmissionExpression(owner.Name, expression.Name, WhiteSpace().Replace(expression.Text, " ").Trim()),
    ];

    /// <summary>The kinds that each policy and each webhook is asked about, as <c>group/plural</c>, in the order of the manifest.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> Kinds { get; } = Owners().ToDictionary(owner => owner.Name, owner =>
        (IReadOnlyList<string>)[
            .. from rule in Items(owner.Spec.Children.TryGetValue("matchConstraints", out var constraints) ? ((YamlMappingNode)constraints)["resourceRules"] : owner.Spec["rules"])
               from apiGroup in (YamlSequenceNode)rule["apiGroups"]
               from resource in (YamlSequenceNode)rule["resources"]
               select $"{apiGroup}/{resource}",
        ]);

    private static IEnumerable<(string Name, YamlMappingNode Spec)> Owners()
    {
        foreach (var file in Directory.EnumerateFiles(RepositoryRoot.Combine("config", "admission"), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var yaml = new YamlStream();
            using var text = File.OpenText(file);
            yaml.Load(text);
            // A patch of kustomize is a list.
            foreach (var manifest in yaml.Documents.Select(document => document.RootNode).OfType<YamlMappingNode>())
            {
                var kind = manifest["kind"].ToString();
                if (kind.EndsWith("AdmissionPolicy", StringComparison.Ordinal))
                {
                    yield return (manifest["metadata"]["name"].ToString(), (YamlMappingNode)manifest["spec"]);
                }
                else if (kind.EndsWith("WebhookConfiguration", StringComparison.Ordinal))
                {
                    foreach (var webhook in Items(manifest["webhooks"]))
                    {
                        yield return (webhook["name"].ToString(), webhook);
                    }
                }
            }
        }
    }

    private static IEnumerable<(string Name, string Text)> Read(YamlMappingNode spec, string list) =>
        spec.Children.TryGetValue(list, out var items) ? Items(items).Select(item => (item["name"].ToString(), item["expression"].ToString())) : [];

    private static IEnumerable<(string Name, string Text)> Mutations(YamlMappingNode spec) =>
        spec.Children.TryGetValue("mutations", out var items)
            ? Items(items).Select(item => (Mutation, item[item["patchType"].ToString() == "JSONPatch" ? "jsonPatch" : "applyConfiguration"]["expression"].ToString()))
            : [];

    private static IEnumerable<YamlMappingNode> Items(YamlNode list) => ((YamlSequenceNode)list).Cast<YamlMappingNode>();

    [GeneratedRegex(@"\s+")]
    private static partial Regex WhiteSpace();
}
