using System.CommandLine;
using FlashDiffusion.Benchmarks.Macro;
using FlashDiffusion.Benchmarks.Steps;
using FlashDiffusion.Engine.Devices;

NativeTuning.Apply();
return await new RootCommand("Benchmarks of FlashDiffusion.") { StepsCommand.Create(), MacroCommand.Create() }.Parse(args).InvokeAsync();
