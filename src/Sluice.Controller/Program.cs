using System.CommandLine;
using Sluice.Controller.Hosting;

// Long enough for the work in hand, the events and the lease: Kubernetes itself kills after 30 seconds.
var invocation = new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(25) };
return await ControllerCommand.Create(ControllerHost.RunAsync).Parse(args).InvokeAsync(invocation);
