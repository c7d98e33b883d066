using Sluice.Controller.Tests.Admission;

namespace Sluice.Controller.Tests.Bindings;

/// <summary>What a binding selects, in the policies of Kubernetes 1.36.</summary>
public sealed class SelectionTests(GuardedCluster guarded) : IClassFixture<GuardedCluster>
{
    [Fact]
    public Task The_API_server_holds_at_birth_just_what_the_controller_holds() => SelectionStory.WhatIsBornHeldIsWhatTheControllerHoldsAsync(guarded.Cluster);
}
