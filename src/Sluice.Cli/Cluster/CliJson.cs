using System.Text.Json.Serialization;

namespace Sluice.Cli.Cluster;

/// <summary>Reads the parts of objects that this program looks at.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(FluxObject))]
internal sealed partial class CliJson : JsonSerializerContext;
