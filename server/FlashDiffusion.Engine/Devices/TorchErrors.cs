using System.Runtime.InteropServices;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Devices;

/// <summary>What an exception on the device thread means. Native errors all have one type, so memory exhaustion is known by its text.</summary>
internal static class TorchErrors
{
    private static readonly string[] MemoryTexts = ["out of memory", "can't allocate memory", "DefaultCPUAllocator", "CUBLAS_STATUS_ALLOC_FAILED"];

    /// <summary>Whether the device (or the host) had no memory left.</summary>
    public static bool IsOutOfMemory(Exception exception) =>
        exception is OutOfMemoryException
        || (exception is ExternalException && MemoryTexts.Any(text => exception.Message.Contains(text, StringComparison.OrdinalIgnoreCase)));

    /// <summary>The failure of a sample whose work threw.</summary>
    /// <param name="exception">What was thrown.</param>
    /// <param name="work">What was being done, for the message.</param>
    /// <param name="step">Steps done before; null if none could have been.</param>
    public static Failure FailureOf(Exception exception, string work, int? step) => IsOutOfMemory(exception)
        ? new Failure(SessionOutcome.OutOfMemory, "DEVICE_OUT_OF_MEMORY", $"The device had not enough memory for {work}; a smaller picture may fit.") { Cause = exception, Step = step }
        : new Failure(SessionOutcome.SolverFailed, "SOLVER_FAULT", $"An error in the server's {work} ended this reconstruction.") { Cause = exception, Step = step };
}
