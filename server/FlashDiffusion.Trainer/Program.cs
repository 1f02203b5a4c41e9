using System.CommandLine;
using FlashDiffusion.Trainer.Native;

NativeRuntime.Prepare();
var root = new RootCommand("Trains and evaluates the models that FlashDiffusion serves.");
return root.Parse(args).Invoke();
