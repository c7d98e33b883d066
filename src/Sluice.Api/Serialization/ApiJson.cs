using System.Text.Json.Serialization;
using Sluice.Api.Approvals;
using Sluice.Api.Bindings;
using Sluice.Api.Configuration;
using Sluice.Api.Gates;
using Sluice.Api.Metadata;
using Sluice.Api.Sources;

namespace Sluice.Api.Serialization;

/// <summary>The API types as JSON: camel case, nothing written that is null, times as RFC 3339.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(Rfc3339JsonConverter)])]
[JsonSerializable(typeof(Approval))]
[JsonSerializable(typeof(ApprovalList))]
[JsonSerializable(typeof(ConfigMap))]
[JsonSerializable(typeof(Gate))]
[JsonSerializable(typeof(GateBinding))]
[JsonSerializable(typeof(GateBindingStatusApply))]
[JsonSerializable(typeof(GatedSource))]
[JsonSerializable(typeof(GatedSourceList))]
[JsonSerializable(typeof(GatedSourceStatusApply))]
[JsonSerializable(typeof(GateList))]
[JsonSerializable(typeof(GateStatus))]
[JsonSerializable(typeof(GateStatusApply))]
[JsonSerializable(typeof(PartialObject))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
public sealed partial class ApiJson : JsonSerializerContext;
