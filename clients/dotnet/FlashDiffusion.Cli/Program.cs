using FlashDiffusion.Cli;

return await FlashCommandLine.RunAsync(args, CliContext.ForConsole());
