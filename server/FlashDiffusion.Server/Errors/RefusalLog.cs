using Grpc.Core;

namespace FlashDiffusion.Server.Errors;

/// <summary>Says in the log how a call was refused, and never what it said: in a wrong field there may be a key or a picture.</summary>
internal static class RefusalLog
{
    // Below it the names are the caller's own.
    private const string Map = "parameters";

    /// <summary>Logs a refusal and makes what travels of it.</summary>
    /// <param name="logger">Of the service.</param>
    /// <param name="error">The refusal; one that speaks of the request is logged by its fields alone.</param>
    public static RpcException Refuse(ILogger logger, ServerError error)
    {
        var level = error is { Code: StatusCode.Internal, IsLogged: false } ? LogLevel.Error : LogLevel.Debug;
        if (logger.IsEnabled(level))
        {
            var said = Describe(ErrorSize.Limit(error));
            Log.Answered(logger, level, error.Code, error.Reason, said);
        }

        return GrpcStatusMapper.ToException(error);
    }

    private static string Describe(ServerError error)
    {
        if (error.Violations.IsEmpty && error.Code is not (StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.AlreadyExists))
        {
            return error.Message;
        }

        var places = string.Join(", ", error.Violations.Select(violation => Place(violation.Field)).Distinct());
        return places.Length > 0 ? $"at {places}" : "the request";
    }

    private static string Place(string field) => field.IndexOf(Map, StringComparison.Ordinal) is >= 0 and var start ? field[..(start + Map.Length)] : field;
}
