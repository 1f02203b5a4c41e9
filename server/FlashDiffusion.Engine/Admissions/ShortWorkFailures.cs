using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Engine.Admissions;

/// <summary>Says of an estimate or a degradation that failed, and counts it: where it is answered, so that the trace is still its caller's, and once, however it failed.</summary>
internal static class ShortWorkFailures
{
    /// <summary>The answer, when it is there.</summary>
    /// <typeparam name="T">What the work makes.</typeparam>
    /// <param name="telemetry">Counts.</param>
    /// <param name="logger">Log.</param>
    /// <param name="work">The work.</param>
    public static async Task<DeviceAnswer<T>> ToldAsync<T>(FlashDiffusionTelemetry telemetry, ILogger logger, Task<DeviceAnswer<T>> work)
        where T : class
    {
        var answer = await work;
        if (answer.Failure is { IsOfCaller: false } failure)
        {
            Log.WorkFailed(logger, failure.Cause, failure.Reason, failure.Message);
            telemetry.RecordRejection(RejectionReason.WorkFailed);
        }

        return answer;
    }
}
