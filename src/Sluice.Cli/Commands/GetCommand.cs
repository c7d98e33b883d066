using System.CommandLine;

namespace Sluice.Cli.Commands;

/// <summary><c>get</c>: gates, and what they hold.</summary>
internal static class GetCommand
{
    public static Command Create(Host host)
    {
        var showManagedFields = new Option<bool>("--show-managed-fields") { Description = "Print metadata.managedFields too, with -o json and yaml", Recursive = true };
        return new Command("get", "List gates, or what they hold")
        {
            showManagedFields,
            GetGatesCommand.Create(host, showManagedFields),
            GetHeldCommand.Create(host, showManagedFields),
        };
    }
}
