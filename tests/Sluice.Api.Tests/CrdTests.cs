using System.Collections;
using System.Reflection;
using Sluice.Api.Approvals;
using Sluice.Api.Bindings;
using Sluice.Api.Gates;
using Sluice.Api.Sources;
using YamlDotNet.RepresentationModel;

namespace Sluice.Api.Tests;

/// <summary>The CRDs are written by hand, and so are the C# types: each must have what the other has.</summary>
public sealed class CrdTests
{
    // An approval has no status: what it comes to is decided each time anew.
    private static readonly IReadOnlyDictionary<string, (Type Spec, Type? Status)> Types = new Dictionary<string, (Type, Type?)>
    {
        [Approval.KindName] = (typeof(ApprovalSpec), null),
        [GatedSource.KindName] = (typeof(GatedSourceSpec), typeof(GatedSourceStatus)),
        [Gate.KindName] = (typeof(GateSpec), typeof(GateStatus)),
        [GateBinding.KindName] = (typeof(GateBindingSpec), typeof(GateBindingStatus)),
        [GateBinding.ClusterKindName] = (typeof(GateBindingSpec), typeof(GateBindingStatus)),
    };

    public static TheoryData<string> Kinds => [.. Types.Keys];

    public static TheoryData<string> KindsWithStatus => [.. Types.Where(type => type.Value.Status is not null).Select(type => type.Key)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_of_the_CRD_is_a_property_of_the_CSharp_type_and_the_other_way_round(string kind)
    {
        var crd = Load(kind);
        var differences = new List<string>();
        Compare(Property(Schema(crd), "spec"), Types[kind].Spec, "spec", differences);
        if (Types[kind].Status is { } status)
        {
            Compare(Property(Schema(crd), "status"), status, "status", differences);
        }

        differences.Should().BeEmpty("the CRD and the C# types describe the same object");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Every_field_of_the_CRD_has_a_description(string kind)
    {
        var crd = Load(kind);
        var bare = new List<string>();
        Describe(Property(Schema(crd), "spec"), "spec", bare);
        if (Types[kind].Status is not null)
        {
            Describe(Property(Schema(crd), "status"), "status", bare);
        }

        bare.Should().BeEmpty("kubectl explain is the first documentation that people read");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void The_CRD_has_the_group_version_and_kind_of_the_CSharp_types(string kind)
    {
        var crd = Load(kind);
        Text(crd, "spec", "group").Should().Be(ApiGroup.Name);
        Text(crd, "spec", "names", "kind").Should().Be(kind);
        Text((YamlMappingNode)((YamlSequenceNode)At(crd, "spec", "versions")).Children[0], "name").Should().Be(ApiGroup.Version);
    }

    [Theory]
    [MemberData(nameof(KindsWithStatus))]
    public void A_list_of_conditions_is_keyed_by_type_so_that_several_may_write_it(string kind)
    {
        var crd = Load(kind);
        var conditions = Property(Property(Schema(crd), "status"), "conditions");
        Text(conditions, "x-kubernetes-list-type").Should().Be("map");
        ((YamlSequenceNode)At(conditions, "x-kubernetes-list-map-keys")).Children.Single().ToString().Should().Be("type");
    }

    private static void Compare(YamlMappingNode schema, Type type, string path, List<string> differences)
    {
        var properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.GetCustomAttribute<System.Text.Json.Serialization.JsonIgnoreAttribute>() is null)
            .ToDictionary(property => char.ToLowerInvariant(property.Name[0]) + property.Name[1..]);
        var fields = ((YamlMappingNode)At(schema, "properties")).Children.ToDictionary(field => field.Key.ToString(), field => (YamlMappingNode)field.Value);
        differences.AddRange(fields.Keys.Except(properties.Keys).Select(name => $"{path}.{name} is in the CRD alone"));
        differences.AddRange(properties.Keys.Except(fields.Keys).Select(name => $"{path}.{name} is in C# alone"));
        foreach (var (name, field) in fields.Where(field => properties.ContainsKey(field.Key)))
        {
            CompareValue(field, properties[name].PropertyType, $"{path}.{name}", differences);
        }
    }

    private static void CompareValue(YamlMappingNode field, Type property, string path, List<string> differences)
    {
        var type = Nullable.GetUnderlyingType(property) ?? property;
        var format = field.Children.TryGetValue("format", out var node) ? node.ToString() : null;
        var expected = (Text(field, "type"), format) switch
        {
            // A spec is kept as texts: one that cannot be understood must still be read, to be reported.
            ("string", "date-time") => type == (path.StartsWith("spec.", StringComparison.Ordinal) ? typeof(string) : typeof(DateTimeOffset)),
            ("string", _) => type == typeof(string),
            ("integer", "int64") => type == typeof(long),
            ("integer", "int32") => type == typeof(int),
            ("boolean", _) => type == typeof(bool),
            ("number", _) => type == typeof(double),
            ("array", _) => typeof(IEnumerable).IsAssignableFrom(type) && type.IsGenericType,
            ("object", _) => type.IsClass || type.IsInterface,
            _ => false,
        };
        if (!expected)
        {
            differences.Add($"{path} is {Text(field, "type")} {format} in the CRD and {type.Name} in C#");
        }
        else if (Text(field, "type") == "array")
        {
            CompareValue((YamlMappingNode)At(field, "items"), type.GetGenericArguments()[0], $"{path}[]", differences);
        }
        else if (Text(field, "type") == "object" && field.Children.ContainsKey("properties"))
        {
            Compare(field, type, path, differences);
        }
    }

    private static void Describe(YamlMappingNode schema, string path, List<string> bare)
    {
        if (!schema.Children.ContainsKey("description") && !path.EndsWith("[]", StringComparison.Ordinal))
        {
            bare.Add(path);
        }

        if (schema.Children.TryGetValue("items", out var items))
        {
            Describe((YamlMappingNode)items, path + "[]", bare);
        }

        if (schema.Children.TryGetValue("properties", out var properties))
        {
            foreach (var (name, field) in (YamlMappingNode)properties)
            {
                Describe((YamlMappingNode)field, $"{path}.{name}", bare);
            }
        }
    }

    private static YamlMappingNode Schema(YamlMappingNode crd) =>
        (YamlMappingNode)At((YamlMappingNode)((YamlSequenceNode)At(crd, "spec", "versions")).Children[0], "schema", "openAPIV3Schema");

    private static YamlMappingNode Property(YamlMappingNode schema, string name) => (YamlMappingNode)At(schema, "properties", name);

    private static string Text(YamlMappingNode node, params string[] path) => At(node, path).ToString();

    private static YamlNode At(YamlMappingNode node, params string[] path) => path.Aggregate((YamlNode)node, (at, name) => ((YamlMappingNode)at).Children[name]);

    private static YamlMappingNode Load(string kind)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sluice.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException($"Expected Sluice.slnx above {AppContext.BaseDirectory}.");
        }

        var yaml = new YamlStream();
        using var file = File.OpenText(Path.Combine(folder, "config", "crd", $"gating.toolkit.fluxcd.io_{kind.ToLowerInvariant()}s.yaml"));
        yaml.Load(file);
        return (YamlMappingNode)yaml.Documents[0].RootNode;
    }
}
