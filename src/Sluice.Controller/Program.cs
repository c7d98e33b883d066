using System.CommandLine.Invocation;
using Sluice.Controller.Hosting;

var parsed = ControllerCommand.Create(ControllerHost.RunAsync).Parse(args);
if (parsed.Action is ParseErrorAction error)
{
    // The person on call wants the error, not thirty flags after it.
    error.ShowHelp = false;
}

// Long enough for the work in hand, the events and the lease: Kubernetes itself kills after 30 seconds.
var exitCode = await parsed.InvokeAsync(new() { ProcessTerminationTimeout = TimeSpan.FromSeconds(25) });
return parsed.Errors.Count > 0 ? ControllerCommand.UsageError : exitCode;
