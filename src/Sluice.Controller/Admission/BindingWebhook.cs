using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Sluice.Api.Bindings;
using Sluice.Api.Gated;
using Sluice.Controller.Bindings;

namespace Sluice.Controller.Admission;

/// <summary>
/// The webhook by which an API server asks about what one binding selects, and about nothing else: what the policies <c>born-held-by-binding</c>
/// and <c>born-held-by-cluster-binding</c> of <c>config/admission/mutating</c> take from the binding as a parameter is written into the conditions.
/// </summary>
internal static partial class BindingWebhook
{
    /// <summary>Where it asks, after the path of the others.</summary>
    public const string Path = "/selected";

    private const string NameOfObject = "object.metadata.?name.orValue('')";

    private static readonly Dictionary<string, string> Nothing = [];

    /// <summary>The webhook of a binding, as API servers show it; null for a binding that can select nothing, since no object is named or labelled so.</summary>
    /// <param name="observed">The binding.</param>
    /// <param name="clientConfig">How the API server reaches the webhook that is there already.</param>
    /// <param name="additionalKinds">Kinds beside Flux's own that may be held, as <c>plural.group</c>.</param>
    public static JsonObject? Of(ObservedBinding observed, JsonObject clientConfig, IEnumerable<string> additionalKinds)
    {
        var (selector, excluded) = (observed.Binding.Spec.Selector ?? new(), observed.Binding.Spec.Exclude ?? []);
        var (labels, namespaceLabels) = (selector.MatchLabels ?? Nothing, observed.IsClusterWide ? selector.NamespaceSelector?.MatchLabels ?? Nothing : Nothing);
        List<string> kinds = [.. (selector.Kinds ?? []).Where(kind => Word().IsMatch(kind))], names = [.. (selector.Names ?? []).Where(name => Word().IsMatch(name))];
        if (!labels.Concat(namespaceLabels).All(label => LabelKey().IsMatch(label.Key) && LabelValue().IsMatch(label.Value))
            || (kinds.Count == 0 && selector.Kinds is { Count: > 0 }) || (names.Count == 0 && selector.Names is { Count: > 0 }))
        {
            return null;
        }

        return new()
        {
            ["name"] = BindingWebhookName.Of(observed.Key.Name, observed.IsClusterWide ? null : observed.Key.Namespace, observed.Uid),
            ["clientConfig"] = Selected(clientConfig),
            ["admissionReviewVersions"] = new JsonArray("v1"),
            ["sideEffects"] = "None",
            ["failurePolicy"] = "Fail",
            ["matchPolicy"] = "Equivalent",
            ["reinvocationPolicy"] = "IfNeeded",
            ["timeoutSeconds"] = 5,
            ["namespaceSelector"] = Selector(observed.IsClusterWide ? namespaceLabels : new Dictionary<string, string> { ["kubernetes.io/metadata.name"] = observed.Key.Namespace }),
            ["objectSelector"] = new JsonObject(),
            ["rules"] = Rules(additionalKinds),
            ["matchConditions"] = new JsonArray([.. Conditions(kinds, names, labels, excluded).Select(condition => new JsonObject { ["name"] = condition.Name, ["expression"] = condition.Expression })]),
        };
    }

    private static JsonObject Selected(JsonObject clientConfig)
    {
        var selected = clientConfig.DeepClone().AsObject();
        if (selected["service"] is JsonObject service)
        {
            service["path"] = (string?)service["path"] + Path;
        }
        else
        {
            selected["url"] = (string?)selected["url"] + Path;
        }

        return selected;
    }

    private static JsonObject Selector(IReadOnlyDictionary<string, string> labels) => labels.Count == 0 ? [] : new()
    {
        ["matchLabels"] = new JsonObject(labels.Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))),
    };

    private static JsonArray Rules(IEnumerable<string> additionalKinds) => new([.. GatedKind.OfFlux.Select(kind => kind.CrdName).Concat(additionalKinds)
        .Select(name => name.Split('.', 2)).GroupBy(parts => parts[1], parts => parts[0]).Select(group => new JsonObject
        {
            ["apiGroups"] = new JsonArray(group.Key),
            ["apiVersions"] = new JsonArray("*"),
            ["operations"] = new JsonArray("CREATE", "UPDATE"),
            ["resources"] = new JsonArray([.. group.Distinct().Select(plural => JsonValue.Create(plural))]),
            ["scope"] = "Namespaced",
        })]);

    private static IEnumerable<(string Name, string Expression)> Conditions(
        List<string> kinds, List<string> names, IReadOnlyDictionary<string, string> labels, IReadOnlyList<ExcludedObjects> excluded)
    {
        yield return ("not-suspended", "object.?spec.?suspend.orValue(false) != true");
        if (kinds.Count > 0)
        {
            yield return ("is-of-a-kind", $"request.kind.kind in {List(kinds)}");
        }

        if (names.Count > 0)
        {
            yield return ("is-named", $"{NameOfObject} in {List(names)}");
        }

        if (labels.Count > 0)
        {
            yield return ("has-labels", HasLabels("object", labels));
        }

        if (excluded.Select(Exclusion).OfType<string>().ToList() is { Count: > 0 } exclusions)
        {
            yield return ("is-not-excluded", $"!({string.Join(" || ", exclusions)})");
        }

        // Who resumes what a person had suspended begins anew: it may never have been held.
        yield return ("is-new-or-was-not-selected-or-is-resumed", string.Join(
            " || ",
            [
                "oldObject == null",
                $"(oldObject.?spec.?suspend.orValue(false) == true && oldObject.metadata.?annotations[?{Text(GatedAnnotations.HeldBy)}].orValue('') == '')",
                .. labels.Count > 0 ? [$"!({HasLabels("oldObject", labels)})"] : Array.Empty<string>(),
            ]));
        yield return ("not-sluice", "!(request.?options.?fieldManager.orValue('') == 'sluice' && authorizer.group('gating.toolkit.fluxcd.io').resource('gates').check('hold').allowed())");
    }

    private static string HasLabels(string of, IReadOnlyDictionary<string, string> labels) =>
        string.Join(" && ", labels.Select(label => $"{of}.metadata.?labels[?{Text(label.Key)}] == optional.of({Text(label.Value)})"));

    // Null for what no object is named: nothing is excluded by it.
    private static string? Exclusion(ExcludedObjects excluded)
    {
        List<string> all = [];
        foreach (var (of, value) in new[] { ("request.kind.kind", excluded.Kind), ("request.namespace", excluded.Namespace), (NameOfObject, excluded.Name) })
        {
            if (value is not null && !Word().IsMatch(value))
            {
                return null;
            }

            if (value is not null)
            {
                all.Add($"{of} == {Text(value)}");
            }
        }

        return all.Count == 0 ? "true" : $"({string.Join(" && ", all)})";
    }

    private static string List(IEnumerable<string> values) => $"[{string.Join(", ", values.Select(Text))}]";

    // Nothing comes here that would have to be escaped.
    private static string Text(string value) => $"'{value}'";

    [GeneratedRegex(@"\A[A-Za-z0-9.-]+\z")]
    private static partial Regex Word();

    [GeneratedRegex(@"\A((?=[^/]{1,253}/)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z")]
    private static partial Regex LabelKey();

    [GeneratedRegex(@"\A([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\z")]
    private static partial Regex LabelValue();
}
