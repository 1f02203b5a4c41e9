using FlashDiffusion.Engine.Tests.Hangs;

namespace FlashDiffusion.Engine.Tests.Devices;

/// <summary>Degradations are spread over the devices.</summary>
public sealed class DegradingTests
{
    [Fact]
    public async Task DegradeAsync_ADeviceIsInOne_TheNextRunsOnTheOther()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var scene = new HangScene("cpu,cpu");
        scene.Family.Hangs = OperatorCall.Forward;
        var first = scene.Engine.DegradeAsync(scene.Degradation(), cancellation);
        await scene.Family.EnteredAsync();
        var next = await scene.Engine.DegradeAsync(scene.Degradation() with { Operator = scene.Plain(scene.Other).Operator! }, cancellation);

        Assert.True(next.Succeeded);
        Assert.False(first.IsCompleted);
        scene.Family.Release();
        Assert.True((await first).Succeeded);
    }
}
