using FlashDiffusion.Engine.Sessions;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>Log messages of the engine, 1000 to 1999. Sizes and numbers only; never a picture.</summary>
internal static partial class Log
{
    [LoggerMessage(1001, LogLevel.Information, "Device thread for {Device} started: batches of up to {MaximumBatch}, {Threads} threads an operation.")]
    public static partial void Started(ILogger logger, string device, int maximumBatch, int threads);

    [LoggerMessage(1002, LogLevel.Information, "Device thread for {Device} ended.")]
    public static partial void Ended(ILogger logger, string device);

    [LoggerMessage(1003, LogLevel.Critical, "Device thread for {Device} failed; everything on it ends.")]
    public static partial void ThreadFailed(ILogger logger, Exception exception, string device);

    [LoggerMessage(1005, LogLevel.Critical, "A call of {Part} on {Device} hangs; its thread is given up and another one goes on. {Reason}")]
    public static partial void ThreadAbandoned(ILogger logger, string part, string device, string reason);

    [LoggerMessage(1006, LogLevel.Warning, "The thread for {Device} that was given up has come back and ended.")]
    public static partial void ThreadReturned(ILogger logger, string device);

    [LoggerMessage(1007, LogLevel.Warning, "A call of {Part} on {Device} goes on at the end; it is left to itself, and ends with the process.")]
    public static partial void ThreadLeft(ILogger logger, string part, string device);

    [LoggerMessage(1004, LogLevel.Information, "Step times on {Device}, {Kind} at {Picture}: {Curve}; {Megabytes:0} MB a row; batches of {Batch}.")]
    public static partial void Curve(ILogger logger, string device, string kind, PictureShape picture, string curve, double megabytes, int batch);

    [LoggerMessage(1010, LogLevel.Debug, "Session {Session} accepted: {Solver}, picture {Picture}.")]
    public static partial void Accepted(ILogger logger, long session, string solver, PictureShape picture);

    [LoggerMessage(1022, LogLevel.Information, "Session {Session} takes {Steps} steps, not the {Announced} announced, of which {Done} are done: the device is slower than it was, and its deadline would have passed.")]
    public static partial void Shortened(ILogger logger, long session, int announced, int steps, int done);

    [LoggerMessage(1011, LogLevel.Debug, "Session {Session} starts at timestep {Timestep} for severity {Severity}, {Steps} steps.")]
    public static partial void Planned(ILogger logger, long session, int timestep, double? severity, int steps);

    [LoggerMessage(1012, LogLevel.Debug, "Session {Session} completed in {Seconds} s.")]
    public static partial void Completed(ILogger logger, long session, double seconds);

    [LoggerMessage(1013, LogLevel.Debug, "Session {Session} ended as {Outcome}: {Reason}.")]
    public static partial void EndedByCaller(ILogger logger, long session, SessionOutcome outcome, string reason);

    [LoggerMessage(1014, LogLevel.Error, "Session {Session} failed as {Outcome} ({Reason}): {Message}")]
    public static partial void Failed(ILogger logger, Exception? exception, long session, SessionOutcome outcome, string reason, string message);

    [LoggerMessage(1015, LogLevel.Error, "A request was refused: {Message}")]
    public static partial void PlanFailed(ILogger logger, Exception? exception, string message);

    [LoggerMessage(1020, LogLevel.Error, "Device work failed ({Reason}): {Message}")]
    public static partial void WorkFailed(ILogger logger, Exception? exception, string reason, string message);

    [LoggerMessage(1021, LogLevel.Warning, "Operator '{Operator}' threw when it was disposed of; what it holds may be lost until it is collected.")]
    public static partial void OperatorFaulted(ILogger logger, Exception exception, string @operator);
}
