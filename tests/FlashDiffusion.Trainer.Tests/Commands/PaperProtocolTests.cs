using System.Text.Json;
using System.Text.Json.Nodes;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Testing;
using FlashDiffusion.Trainer.Commands;
using FlashDiffusion.Trainer.Evaluation.Paper;

namespace FlashDiffusion.Trainer.Tests.Commands;

/// <summary><c>evaluate --protocol paper</c> on a published directory of golden files: tiny networks, so only the bookkeeping is meant.</summary>
public class PaperProtocolTests
{
    private const int Side = 32;

    [Fact]
    public void Evaluate_PaperProtocol_WritesFoldersAndMeansAndGoesOnWhereItStopped()
    {
        using var folder = new TemporaryPictures(2);
        var model = Directory.CreateDirectory(folder.At("models/micro")).FullName;
        foreach (var (golden, name) in new[] { ("ldm_micro.config.yaml", "config.yaml"), ("ldm_micro_zip.ckpt", "model.ckpt"), ("sevenc_vq_micro_light_zip.ckpt", "blur.ckpt") })
        {
            File.Copy(Path.Combine(GoldenFolder.Own, "checkpoints", golden), Path.Combine(model, name));
        }

        string[] arguments =
        [
            "evaluate", "--protocol", "paper", "--models", folder.At("models"), "--model", "micro", "--pictures", folder.Pictures,
            "--side", "32", "--threads", "1", "--output", folder.At("paper"),
        ];
        Assert.Equal(0, TrainerCommands.Root().Parse([.. arguments, "--count", "1"]).Invoke());
        var first = File.ReadAllText(folder.At("paper/results.jsonl"));

        Assert.Equal(0, TrainerCommands.Root().Parse(arguments).Invoke());

        Assert.StartsWith(first, File.ReadAllText(folder.At("paper/results.jsonl")), StringComparison.Ordinal);
        PaperResult[] results = [.. File.ReadAllLines(folder.At("paper/results.jsonl")).Select(line => JsonSerializer.Deserialize<PaperResult>(line)!)];
        Assert.Equal(2, results.Length);
        Assert.NotEqual(results[0].Severity, results[1].Severity);
        Assert.All(results, result =>
        {
            Assert.InRange(result.Severity, 0, 1);
            // Official DDPM runs as many steps as the start index, each of one network call and one decoding, and decodes at the end.
            Assert.Equal((result.Start, result.Start + 1), (result.UnetCalls, result.DecoderCalls));
            foreach (var kind in new[] { "targets", "degraded", "reconstructions" })
            {
                var png = File.ReadAllBytes(folder.At($"paper/{kind}/{Path.GetFileNameWithoutExtension(result.Picture)}.png"));
                Assert.True(PictureCodec.Decode(png).TryGet(out var picture, out _));
                Assert.Equal((Side, Side), (picture.Width, picture.Height));
            }
        });
        var summary = JsonNode.Parse(File.ReadAllText(folder.At("paper/summary.json")))!;
        Assert.Equal(results.Average(result => result.Psnr), (double)summary["psnr_db"]!, 1e-9);
        Assert.Equal(results.Average(result => result.SsimCropped), (double)summary["ssim_cropped"]!, 1e-9);
        Assert.Equal(results.Average(result => result.Nmse), (double)summary["nmse"]!, 1e-9);
        Assert.Equal(results.Average(result => result.Start), (double)summary["start_mean"]!, 1e-9);
    }

    [Fact]
    public void Evaluate_NonlinearBlurWithoutItsNetwork_SaysWhatToGive()
    {
        using var folder = new TemporaryPictures(1);
        var model = Directory.CreateDirectory(folder.At("models/micro")).FullName;
        foreach (var (golden, name) in new[] { ("ldm_micro.config.yaml", "config.yaml"), ("ldm_micro_zip.ckpt", "model.ckpt") })
        {
            File.Copy(Path.Combine(GoldenFolder.Own, "checkpoints", golden), Path.Combine(model, name));
        }

        string[] arguments =
        [
            "evaluate", "--protocol", "paper", "--models", folder.At("models"), "--model", "micro", "--pictures", folder.Pictures,
            "--cell", "nonlinear_blur_ffhq", "--threads", "1", "--output", folder.At("paper"),
        ];
        Assert.Contains("--kernel-wizard", Refusal(arguments), StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.At("paper")));
    }

    [Fact]
    public void Evaluate_ModelOrFolderThatIsNotThere_IsOneLine()
    {
        using var folder = new TemporaryPictures(1);
        var micro = Directory.CreateDirectory(folder.At("models/micro")).FullName;
        File.Copy(Path.Combine(GoldenFolder.Own, "checkpoints", "ldm_micro.config.yaml"), Path.Combine(micro, "config.yaml"));
        File.Copy(Path.Combine(GoldenFolder.Own, "checkpoints", "ldm_micro_zip.ckpt"), Path.Combine(micro, "model.ckpt"));
        string[] Arguments(string models, string model, string pictures) =>
            ["evaluate", "--protocol", "paper", "--models", folder.At(models), "--model", model, "--pictures", pictures, "--threads", "1", "--output", folder.At("paper")];

        Assert.Contains("There is no model 'facs'; ready are micro 1.", Refusal(Arguments("models", "facs", folder.Pictures)).Split(Environment.NewLine));
        Assert.Contains($"There is no folder '{folder.At("nowhere")}' of pictures.", Refusal(Arguments("models", "micro", folder.At("nowhere"))).Split(Environment.NewLine));
        Assert.Contains($"There is no model repository '{folder.At("nowhere")}'.", Refusal(Arguments("nowhere", "micro", folder.Pictures)).Split(Environment.NewLine));
        Assert.Contains($"There is no model repository '{folder.At("nowhere")}'.", Refusal(["check-models", "--models", folder.At("nowhere")]).Split(Environment.NewLine));
    }

    [Fact]
    public void Evaluate_CardProtocolWithoutItsOptions_NamesThem()
    {
        var parsed = TrainerCommands.Root().Parse(["evaluate", "--pictures", ".", "--output", "."]);

        Assert.Equal(["--weights", "--manifest", "--cache", "--tuning"], parsed.Errors.Select(error => error.Message.Split('\'')[1]));
    }

    private static string Refusal(string[] arguments)
    {
        var error = new StringWriter();
        var before = Console.Error;
        Console.SetError(error);
        try
        {
            Assert.Equal(1, TrainerCommands.Run(arguments));
        }
        finally
        {
            Console.SetError(before);
        }

        return error.ToString();
    }
}
