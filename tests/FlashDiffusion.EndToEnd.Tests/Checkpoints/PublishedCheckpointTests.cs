using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Pictures.Codecs;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Checkpoints;

/// <summary>A real server on a folder that holds a published checkpoint as it came, with a severity encoder of the research code beside it.</summary>
public sealed class PublishedCheckpointTests : IDisposable
{
    private readonly string _models = Directory.CreateTempSubdirectory("flash-models-").FullName;

    public PublishedCheckpointTests()
    {
        Put("faces", "ldm_micro.config.yaml", "config.yaml");
        Put("faces", "ldm_micro_legacy.ckpt", "model.ckpt");
        Put("faces", "sevenc_vq_micro_full_zip.ckpt", "blur.ckpt");
        Put("faces", Path.Combine("malicious", "evil_os_system_zip.ckpt"), "evil.ckpt");
    }

    public void Dispose() => Directory.Delete(_models, recursive: true);

    [Fact]
    public async Task Server_PublishedDirectory_ServesAnAdaptiveReconstructionWithIt()
    {
        using var plugins = new PluginFolder();
        await using var server = await RunningServer.StartAsync([$"--models={_models}", $"--plugins={plugins.FullPath}", "--Models:DefaultModel=faces"]);

        await server.SaysAsync("Model faces 1: Published checkpoint: VQModelInterface");
        await server.SaysAsync("averaged weights");
        await server.SaysAsync("model    faces 1: severity for gaussian_blur");
        await server.SaysAsync("faces/evil 1");
        await server.SaysAsync("which no checkpoint needs; nothing was run");

        var request = await Requests.BlurredAsync(server, 32, 32);
        request.Model = "faces";
        request.Sampling.DdimSteps = 20;
        var events = await Requests.ReconstructAsync(server, request);

        var accepted = events[0].Accepted;
        Assert.Equal(("faces", "AUTO"), (accepted.Model, accepted.Adaptation));
        Assert.True(accepted.Severity > 0);
        Assert.True(PictureCodec.Decode(events[^1].Result.Picture.Encoded.Span).TryGet(out var picture, out _));
        Assert.Equal((32, 32), (picture.Height, picture.Width));
    }

    private void Put(string model, string golden, string name)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_models, model)).FullName;
        File.Copy(Path.Combine(Checkout.Root, "tests", "golden", "checkpoints", golden), Path.Combine(folder, name));
    }
}
