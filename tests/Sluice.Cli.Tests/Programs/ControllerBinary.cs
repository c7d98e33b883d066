using Sluice.TestBed;

namespace Sluice.Cli.Tests.Programs;

/// <summary>The built sluice-controller. <c>SLUICE_CONTROLLER</c> names another build of it, for example the published one.</summary>
internal static class ControllerBinary
{
    /// <summary>The program's path.</summary>
    public static string Path { get; } = Environment.GetEnvironmentVariable("SLUICE_CONTROLLER") is { Length: > 0 } named ? named
        : RepositoryRoot.Combine("src", "Sluice.Controller", "bin", SluiceProgram.Configuration, "net10.0", "sluice-controller");
}
