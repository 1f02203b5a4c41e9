using System.CommandLine;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Plugins.Psld;
using TorchSharp;

namespace FlashDiffusion.Benchmarks.Steps;

/// <summary><c>steps</c>: time of a guided step by batch size, and the share of it that is not network arithmetic.</summary>
internal static class StepsCommand
{
    public static Command Create()
    {
        var models = new Option<DirectoryInfo>("--models") { Description = "Model repository.", DefaultValueFactory = _ => new DirectoryInfo(Path.Combine(Checkout.Root, "server", "models")) };
        var name = new Option<string>("--model") { Description = "Name of the model.", DefaultValueFactory = _ => "starter" };
        var solver = new Option<string>("--solver") { Description = "latent_dps or psld.", DefaultValueFactory = _ => "latent_dps" };
        solver.AcceptOnlyFromAmong("latent_dps", "psld");
        var size = new Option<int>("--size") { Description = "Height and width of the picture in pixels.", DefaultValueFactory = _ => 64 };
        var batches = new Option<int[]>("--batches") { Description = "Batch sizes.", DefaultValueFactory = _ => [1, 2, 4, 8, 16], AllowMultipleArgumentsPerToken = true };
        var rounds = new Option<int>("--rounds") { Description = "Steps a batch size.", DefaultValueFactory = _ => 30 };
        var threads = new Option<int>("--threads") { Description = "Threads an operation; 0 for torch's choice.", DefaultValueFactory = _ => 0 };
        var plain = new Option<bool>("--plain-layout") { Description = "Networks compute in torch's usual layout instead of channels last, to compare." };
        var direct = new Option<bool>("--direct-convolutions") { Description = "Networks leave all convolutions to torch, to compare." };
        var output = new Option<FileInfo?>("--output") { Description = "Where the figures go as JSON." };
        var command = new Command("steps", "Time of a guided step by batch size, and the share of it that is not network arithmetic.")
        {
            models, name, solver, size, batches, rounds, threads, plain, direct, output,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(threads) is > 0 and var count)
            {
                torch.set_num_threads(count);
            }

            ChannelsLastLayout.Enabled = !parsed.GetValue(plain);
            WinogradConvolution.Enabled = !parsed.GetValue(direct);
            using var catalog = ModelRepository.Load(parsed.GetValue(models)!.FullName, torch.CPU);
            var model = catalog.Find(parsed.GetValue(name)!)?.Model;
            if (model is null)
            {
                Console.Error.WriteLine($"There is no model '{parsed.GetValue(name)}' that is ready in {parsed.GetValue(models)}.");
                return 1;
            }

            var side = parsed.GetValue(size);
            var figures = StepBenchmark.Run(model, parsed.GetValue(solver) == "psld" ? new PsldSolver() : new LatentDpsSolver(), new PictureShape(side, side), parsed.GetValue(batches)!, parsed.GetValue(rounds));
            StepReport.Print(figures);
            if (parsed.GetValue(output) is { } file)
            {
                StepReport.Write(figures, file.FullName);
            }

            return 0;
        });
        return command;
    }
}
