using System.CommandLine;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Sluice.Api;
using Sluice.Cli.Output;

namespace Sluice.Cli.Commands;

/// <summary><c>version</c>: of this program, and of the API that it speaks.</summary>
internal static class VersionCommand
{
    /// <summary>The version, with the commit that it was built from.</summary>
    public static string Version { get; } =
        typeof(VersionCommand).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static Command Create(Host host)
    {
        var command = new Command("version", "Print the version of this program and of the API that it speaks");
        host.SetAction(command, (context, _, _) =>
        {
            if (context.Format is OutputFormat.Json or OutputFormat.Yaml)
                context.Print(new JsonObject { ["version"] = Version, ["platform"] = RuntimeInformation.RuntimeIdentifier, ["api"] = ApiGroup.ApiVersion });
            else
                context.Terminal.WriteLine(context.Format == OutputFormat.Name ? Version : $"sluice {Version} ({RuntimeInformation.RuntimeIdentifier}), API {ApiGroup.ApiVersion}");
            return Task.FromResult(ExitCodes.Ok);
        });
        return command;
    }
}
