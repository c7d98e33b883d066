using System.Text;
using Sluice.Cli;
using Sluice.Cli.Output;

// What goes into a pipe or a file is UTF-8 without a byte order mark, whatever the locale says.
Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
return await new CommandLine(Terminal.OfProcess(), TimeProvider.System, ProgramName.Of(Environment.GetCommandLineArgs()[0])).RunAsync(args);
