using System.CommandLine;
using FlashDiffusion.Benchmarks.Steps;
using FlashDiffusion.Engine.Devices;

NativeTuning.Apply();
return new RootCommand("Benchmarks of FlashDiffusion.") { StepsCommand.Create() }.Parse(args).Invoke();
