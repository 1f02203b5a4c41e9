using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Hosting;

var commandLine = CommandLine.Parse(args);
if (commandLine.ShowHelp)
{
    Console.WriteLine(CommandLine.Help());
    return 0;
}

return await ServerHost.RunAsync(commandLine);
