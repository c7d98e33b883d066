using System.Text;
using Sluice.Cli;
using Sluice.Cli.Output;

// What goes into a pipe or a file is UTF-8 without a byte order mark, whatever the locale says.
var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
await using var output = new StreamWriter(Console.OpenStandardOutput(), utf8) { AutoFlush = true };
await using var error = new StreamWriter(Console.OpenStandardError(), utf8) { AutoFlush = true };
return await new CommandLine(Terminal.OfProcess(output, error), TimeProvider.System, ProgramName.Of(Environment.GetCommandLineArgs()[0])).RunAsync(args);
