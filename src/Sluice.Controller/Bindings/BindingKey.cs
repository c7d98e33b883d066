using Sluice.Api.Bindings;
using Sluice.Kubernetes;

namespace Sluice.Controller.Bindings;

/// <summary>One binding among those of both kinds.</summary>
/// <param name="IsClusterWide">Whether it is a ClusterGateBinding.</param>
/// <param name="Key">Its namespace, empty for that, and its name.</param>
internal readonly record struct BindingKey(bool IsClusterWide, ObjectKey Key)
{
    public string Kind => IsClusterWide ? GateBinding.ClusterKindName : GateBinding.KindName;

    public override string ToString() => $"{Kind}/{Key}";
}
