using System.CommandLine;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Trainer.Evaluation;
using TorchSharp;

namespace FlashDiffusion.Trainer.Commands;

/// <summary><c>contact-sheet</c>: pictures over severities for people to look at.</summary>
internal static class ContactSheetCommand
{
    private const int Batch = 15;
    private const int Quality = 85;

    public static Command Create()
    {
        var weights = new Option<string>("--weights") { Description = "Folder with autoencoder, unet and severity-* safetensors.", Required = true };
        var pictures = new Option<string>("--pictures") { Description = "Folder of pictures.", Required = true };
        var tuning = new Option<string>("--tuning") { Description = "Choices made by the tune command.", Required = true };
        var output = new Option<string>("--output") { Description = "Folder for contact-sheet-<operator>.jpg.", Required = true };
        var count = new Option<int>("--count") { Description = "Pictures on a sheet.", DefaultValueFactory = _ => 10 };
        var side = new Option<int>("--side") { Description = "Side of the crops, a multiple of 16.", DefaultValueFactory = _ => 96 };
        var threads = new Option<int>("--threads") { Description = "Threads of libtorch.", DefaultValueFactory = _ => 2 };
        var command = new Command("contact-sheet", "Draw reconstructions over severities.") { weights, pictures, tuning, output, count, side, threads };
        command.SetAction(parsed =>
        {
            torch.set_num_threads(parsed.GetValue(threads));
            using var model = new EvaluatedModel(parsed.GetValue(weights)!);
            var crops = SheetMaker.Crops(parsed.GetValue(pictures)!, parsed.GetValue(count), parsed.GetValue(side));
            var runner = new ReconstructionRunner(model, new LatentDpsSolver(), crops, Batch, reduced: false);
            Directory.CreateDirectory(parsed.GetValue(output)!);
            foreach (var (name, choice) in TuneCommand.Read(parsed.GetValue(tuning)!))
            {
                var evaluated = EvaluatedOperator.All.Single(item => item.Name == name);
                var sheet = SheetMaker.Draw(model, runner, crops, evaluated, choice);
                File.WriteAllBytes(Path.Combine(parsed.GetValue(output)!, $"contact-sheet-{name}.jpg"), PictureCodec.EncodeJpeg(sheet, Quality));
            }
        });
        return command;
    }
}
