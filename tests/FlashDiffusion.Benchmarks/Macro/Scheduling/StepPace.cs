using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>What a picture takes alone.</summary>
/// <param name="StepSeconds">Of each step, in seconds.</param>
/// <param name="DecodeSeconds">Of its look, its last decode and everything else, in seconds, at least 0.</param>
internal readonly record struct StepPace(double StepSeconds, double DecodeSeconds)
{
    private const int Few = 2;
    private const int Many = 12;
    private const int Times = 2;

    /// <summary>What the machine does now: a line through short and long ones.</summary>
    public static async Task<StepPace> OfAsync(FlashClient client, Assignment picture, CancellationToken cancellation)
    {
        var (few, many) = (0.0, 0.0);
        for (var time = 0; time < Times; time++)
        {
            few += (await Caller.RunAsync(client, picture.Steps(Few), cancellation)).Seconds / Times;
            many += (await Caller.RunAsync(client, picture.Steps(Many), cancellation)).Seconds / Times;
        }

        // Where the machine slowed down in between, a short one would seem to take more than it has steps, or less than nothing.
        var step = Math.Clamp((many - few) / (Many - Few), many / (2 * Many), many / Many);
        return new StepPace(step, Math.Max(0, (many - (Many * step) + few - (Few * step)) / 2));
    }

    /// <summary>What a picture of so many steps takes, in seconds.</summary>
    public double Of(double steps) => (steps * StepSeconds) + DecodeSeconds;
}
