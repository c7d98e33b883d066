using System.CommandLine;

namespace Sluice.Cli.Commands;

/// <summary><c>get</c>: gates, gated sources, and what gates hold.</summary>
internal static class GetCommand
{
    public static Command Create(Host host)
    {
        var showManagedFields = new Option<bool>("--show-managed-fields") { Description = "Print metadata.managedFields too, with -o json and yaml", Recursive = true };
        return new Command("get", "List gates, GatedSources, or what gates hold")
        {
            showManagedFields,
            GetGatesCommand.Create(host, showManagedFields),
            GetGatedSourcesCommand.Create(host, showManagedFields),
            GetHeldCommand.Create(host, showManagedFields),
        };
    }
}
