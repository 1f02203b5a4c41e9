using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace FlashDiffusion.Server.Tests.Retention;

/// <summary>What fetching a kept result costs.</summary>
public sealed class FetchTests
{
    // Who authenticates nowhere.
    private const string Anybody = "";
    private const int PictureBytes = sizeof(float) * 3 * MapperScene.Side * MapperScene.Side;

    [Fact]
    public async Task Get_Again_IsTheSameAnswerAndOtherFormatsCount()
    {
        await using var server = await InProcessServer.StartAsync(null, ("Quotas:RequestsPerSecond", "0.001"), ("Quotas:RequestBurst", "2"));
        await RunAsync(server);

        var first = await GetAsync(server, V1.PictureFormat.Png);
        var again = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => GetAsync(server, V1.PictureFormat.Unspecified)));
        Assert.All(again, answer => Assert.Same(first.Value!.Result, answer.Value!.Result));
        Assert.All(again, answer => Assert.Same(first.Value!.Accepted, answer.Value!.Accepted));

        // A tensor is no file: it is not encoded.
        Assert.NotNull((await GetAsync(server, V1.PictureFormat.Tensor)).Value!.Result.Picture.Tensor);
        Assert.Same(first.Value!.Result, (await GetAsync(server, V1.PictureFormat.Png)).Value!.Result);

        // Two of two are spent then: the reconstruction and another format.
        var other = (await GetAsync(server, V1.PictureFormat.Jpeg)).Value!.Result.Picture;
        Assert.NotEqual(first.Value!.Result.Picture, other);
        Assert.Equal(other, (await GetAsync(server, V1.PictureFormat.Jpeg)).Value!.Result.Picture);
        Assert.Equal("requests_per_second", (await GetAsync(server, V1.PictureFormat.Png)).Error?.Quota);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    public async Task Get_WhatItEncodes_IsCountedAsMemoryAndDrivesOutNoResult(int pictures)
    {
        await using var server = await InProcessServer.StartAsync(null, ("Results:MaximumBytes", $"{pictures * PictureBytes}"));
        var register = server.Services.GetRequiredService<RetainedRegister>();
        await RunAsync(server);
        Assert.Equal(PictureBytes, register.Bytes);

        var answer = (await GetAsync(server, V1.PictureFormat.Png)).Value!;

        Assert.Equal(pictures == 1 ? PictureBytes : PictureBytes + answer.Result.CalculateSize() + answer.Accepted.CalculateSize() + answer.Progress.CalculateSize(), register.Bytes);
        Assert.NotNull((await GetAsync(server, V1.PictureFormat.Png)).Value!.Result);
        register.Forget(register.Find(new RequestKey(Anybody, "one"))!);
        Assert.Equal(0, register.Bytes);
    }

    [Fact]
    public async Task Get_AfterAnEventForACheckpointOnly_HasTheNewestPreview()
    {
        var step = 0;
        using var hold = new ManualResetEventSlim();
        await using var server = await InProcessServer.StartAsync(new MapperScene
        {
            Called = (network, _) =>
            {
                if (network == "Denoise" && ++step == 8)
                {
                    hold.Wait(TimeSpan.FromSeconds(60));
                }
            },
        });
        var request = InProcessServer.Short();
        request.RequestId = "one";
        request.Sampling.DdimSteps = 10;
        request.Progress = new V1.ProgressOptions { EverySteps = 5, Preview = V1.PreviewKind.Decoded, CheckpointEverySteps = 1 };
        var running = InProcessServer.ResultAsync(server.Reconstruction(), request, InProcessServer.Call());

        V1.Progress? progress = null;
        await Eventually.IsAsync(async () => (progress = (await GetAsync(server, V1.PictureFormat.Unspecified)).Value?.Progress)?.Step == 7);

        Assert.NotNull(progress!.Checkpoint);
        Assert.NotNull(progress.Preview);
        hold.Set();
        await running;
    }

    private static async Task RunAsync(InProcessServer server)
    {
        var request = InProcessServer.Short();
        request.RequestId = "one";
        await InProcessServer.ResultAsync(server.Reconstruction(), request, InProcessServer.Call());
        await server.Services.GetRequiredService<RetainedRegister>().Find(new RequestKey(Anybody, "one"))!.Ended;
    }

    private static async Task<Server.Requests.Mapped<V1.GetReconstructionResponse>> GetAsync(InProcessServer server, V1.PictureFormat format) =>
        await server.Services.GetRequiredService<RetainedAnswers>().GetAsync(new V1.GetReconstructionRequest { RequestId = "one", Format = format }, Anybody, TestContext.Current.CancellationToken);
}
