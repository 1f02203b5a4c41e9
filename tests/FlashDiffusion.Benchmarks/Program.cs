using System.CommandLine;
using FlashDiffusion.Benchmarks.Convolutions;
using FlashDiffusion.Benchmarks.Hot;
using FlashDiffusion.Benchmarks.Macro;
using FlashDiffusion.Benchmarks.Steps;
using FlashDiffusion.Engine.Devices;

NativeTuning.Apply();
return await new RootCommand("Benchmarks of FlashDiffusion.") { HotCommand.Create(), StepsCommand.Create(), ConvolutionsCommand.Create(), MacroCommand.Create() }.Parse(args).InvokeAsync();
