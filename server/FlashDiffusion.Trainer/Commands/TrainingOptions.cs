using System.CommandLine;
using FlashDiffusion.Trainer.Optimisation;
using FlashDiffusion.Trainer.Runs;

namespace FlashDiffusion.Trainer.Commands;

/// <summary>The options that all trainings share.</summary>
internal sealed class TrainingOptions
{
    public Option<string> Pictures { get; } = new("--pictures") { Description = "Folder of pictures to train on (jpg, png, webp).", Required = true };

    public Option<string> Validation { get; } = new("--validation") { Description = "Folder of pictures held out for choices.", Required = true };

    public Option<string> Output { get; } = new("--output") { Description = "Folder of checkpoints, curves and weights.", Required = true };

    public Option<string?> Init { get; } = new("--init") { Description = "Published weights (safetensors) to continue from; else training starts from scratch." };

    public Option<bool> Resume { get; } = new("--resume") { Description = "Continue the run in --output exactly where its last checkpoint stands." };

    public Option<double?> Minutes { get; } = new("--minutes") { Description = "Training time over all resumptions." };

    public Option<long?> Steps { get; } = new("--steps") { Description = "Number of steps; with --minutes, whichever ends first." };

    public Option<int> Batch { get; } = new("--batch") { Description = "Samples a step.", DefaultValueFactory = _ => 32 };

    public Option<int> Threads { get; } = new("--threads") { Description = "Threads of libtorch.", DefaultValueFactory = _ => 2 };

    public Option<long> Seed { get; } = new("--seed") { Description = "Seed of everything random.", DefaultValueFactory = _ => 1 };

    public Option<double> MuonRate { get; } = new("--learning-rate") { Description = "Peak learning rate of Muon, for hidden weights.", DefaultValueFactory = _ => 0.012 };

    public Option<double> AdamRate { get; } = new("--adam-learning-rate") { Description = "Peak learning rate of AdamW, for the rest.", DefaultValueFactory = _ => 1e-3 };

    public Option<double> AverageDecay { get; } = new("--ema") { Description = "Limit of the weight average's decay.", DefaultValueFactory = _ => 0.999 };

    public Option<double> Flat { get; } = new("--flat") { Description = "Share of the run at the peak rate, before the cosine.", DefaultValueFactory = _ => 0.3 };

    public Option<bool> Float32 { get; } = new("--float32") { Description = "Compute in float32; bfloat16 autocast is nearly twice as fast where the processor has it." };

    public Option<double> CheckpointSeconds { get; } = new("--checkpoint-seconds") { Description = "What a kill can cost.", DefaultValueFactory = _ => 45 };

    public Option<int> ValidationCrops { get; } = new("--validation-crops") { Description = "Held-out crops of each validation.", DefaultValueFactory = _ => 64 };

    public Option<double> ValidationSeconds { get; } = new("--validation-seconds") { Description = "Seconds between validations.", DefaultValueFactory = _ => 300 };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[
            Pictures, Validation, Output, Init, Resume, Minutes, Steps, Batch, Threads, Seed,
            MuonRate, AdamRate, AverageDecay, Flat, Float32, CheckpointSeconds, ValidationCrops, ValidationSeconds])
        {
            command.Options.Add(option);
        }
    }

    public RunSettings Settings(ParseResult parsed) => new()
    {
        Output = parsed.GetValue(Output)!,
        Minutes = parsed.GetValue(Minutes),
        Steps = parsed.GetValue(Steps),
        Seed = parsed.GetValue(Seed),
        Resume = parsed.GetValue(Resume),
        CheckpointSeconds = parsed.GetValue(CheckpointSeconds),
        ValidationSeconds = parsed.GetValue(ValidationSeconds),
        Muon = new MuonSettings(parsed.GetValue(MuonRate)) { Reduced = !parsed.GetValue(Float32) },
        Adam = new AdamWSettings(parsed.GetValue(AdamRate)),
        Schedule = new CosineSchedule(50, parsed.GetValue(Flat)),
        AverageDecay = parsed.GetValue(AverageDecay),
    };
}
