using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>A device that has measured what it is asked for.</summary>
/// <remarks>A step of the fake solver calls the denoiser, 6 ms, and the decoder, 4 ms; a look calls the encoder, 20 ms, and the decoder.</remarks>
internal static class WarmHarness
{
    /// <summary>Steps of what nothing cuts.</summary>
    public const int Whole = 60;

    public static async Task<EngineHarness> WarmAsync(EngineOptions? options = null)
    {
        var harness = new EngineHarness(options)
        {
            StepTime = TimeSpan.FromMilliseconds(6),
            DecodeTime = TimeSpan.FromMilliseconds(4),
            EncodeTime = TimeSpan.FromMilliseconds(20),
        };
        var session = harness.Submit(harness.Request(99, 3));
        harness.RunUntilIdle();
        await EngineHarness.ResultAsync(session);
        return harness;
    }

    /// <summary>One whose steps differ: one in eight took longer, by a share, when it was measured.</summary>
    public static async Task<EngineHarness> NoisyAsync(double noise, int severityBatch = 8)
    {
        var harness = await WarmAsync(new EngineOptions { MaximumSessions = 10, Threads = 1, SeverityBatch = severityBatch });
        if (noise > 0)
        {
            var steps = 0;
            var usual = harness.StepTime;
            harness.Calling = network => harness.StepTime = network == nameof(FakeModel.Denoise) && ++steps % 8 == 0 ? usual * (1 + noise) : usual;
            harness.Submit(harness.Request(1, Whole - 1));
            harness.RunUntilIdle();
            (harness.Calling, harness.StepTime) = (_ => { }, usual);
        }

        return harness;
    }
}
