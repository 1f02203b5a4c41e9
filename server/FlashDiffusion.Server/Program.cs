using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Hosting;

var commandLine = CommandLine.Parse(args);
if (commandLine.ShowHelp)
{
    Console.WriteLine(CommandLine.Help());
    return 0;
}

foreach (var error in commandLine.Errors)
{
    await Console.Error.WriteLineAsync(error);
}

return commandLine.Errors.IsEmpty ? await ServerHost.RunAsync(commandLine) : 1;
