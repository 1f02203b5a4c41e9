using System.CommandLine;
using FlashDiffusion.Trainer.Evaluation;
using FlashDiffusion.Trainer.Networks;

namespace FlashDiffusion.Trainer.Commands;

/// <summary><c>manifest</c>: draws the fixed list of crops once.</summary>
internal static class ManifestCommand
{
    public static Command Create()
    {
        var pictures = new Option<string>("--pictures") { Description = "Folder of pictures.", Required = true };
        var output = new Option<string>("--output") { Description = "JSON file to write.", Required = true };
        var perPicture = new Option<int>("--per-picture") { Description = "Crops of each picture.", DefaultValueFactory = _ => 10 };
        var side = new Option<int>("--side") { Description = "Side of a crop in pixels.", DefaultValueFactory = _ => StarterArchitecture.CropSide };
        var seed = new Option<long>("--seed") { Description = "Seed of positions, levels and noise.", DefaultValueFactory = _ => 1 };
        var command = new Command("manifest", "Draw a fixed list of crops to evaluate on.") { pictures, output, perPicture, side, seed };
        command.SetAction(parsed => EvaluationManifest
            .Draw(parsed.GetValue(pictures)!, parsed.GetValue(side), parsed.GetValue(perPicture), parsed.GetValue(seed))
            .Write(parsed.GetValue(output)!));
        return command;
    }
}
