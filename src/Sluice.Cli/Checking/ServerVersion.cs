using System.Globalization;

namespace Sluice.Cli.Checking;

/// <summary>Judges the version of the API server.</summary>
internal static class ServerVersion
{
    /// <summary>The oldest version with ValidatingAdmissionPolicy (1.30), by which held objects are guarded.</summary>
    public static Version Oldest { get; } = new(1, 30);

    /// <summary>Judges a version such as <c>v1.36.2</c>, <c>v1.31.4-eks-2d5f260</c> or <c>v1.30.5+k3s1</c>.</summary>
    public static CheckLine Check(string server, string? gitVersion)
    {
        var parts = (gitVersion ?? "").TrimStart('v').Split('.');
        if (parts.Length < 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major)
            || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor))
        {
            return CheckLine.Notice($"API server at {server} answers, but its version '{gitVersion}' cannot be read", $"see that it is at least {Oldest}");
        }

        return new Version(major, minor) >= Oldest
            ? CheckLine.Right($"API server at {server} answers, version {gitVersion}")
            : CheckLine.Wrong($"API server at {server} is version {gitVersion}; Sluice needs at least {Oldest}", "upgrade the cluster");
    }
}
