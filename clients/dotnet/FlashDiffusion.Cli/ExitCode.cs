using FlashDiffusion.Client;
using Grpc.Core;

namespace FlashDiffusion.Cli;

/// <summary>What a script learns from the end of a command. The help of <c>flash</c> and the README say the same.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>It failed: the server's or this machine's fault, or some of several pictures.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong, or names a file that can't be read.</summary>
    public const int Usage = 2;

    /// <summary>The server refused the request; sending it again will not help.</summary>
    public const int Refused = 3;

    /// <summary>No server answers, or it is starting or shutting down; later may help.</summary>
    public const int Unavailable = 4;

    /// <summary>The server is too busy, or a quota is used up; later will help.</summary>
    public const int Busy = 5;

    /// <summary>The time limit passed.</summary>
    public const int Deadline = 6;

    /// <summary>Cancelled; what shells report for a command ended by Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>For the root's help.</summary>
    public const string Help = "Exit codes: 0 done, 1 failed, 2 wrong command line or file, 3 refused by the server, 4 no server, 5 server too busy, 6 time limit, 130 cancelled.";

    public static int Of(FlashException failure) => failure.Code switch
    {
        StatusCode.InvalidArgument or StatusCode.NotFound or StatusCode.AlreadyExists or StatusCode.FailedPrecondition or StatusCode.OutOfRange
            or StatusCode.PermissionDenied or StatusCode.Unauthenticated or StatusCode.Unimplemented => Refused,
        StatusCode.Unavailable => Unavailable,
        StatusCode.ResourceExhausted => Busy,
        StatusCode.DeadlineExceeded => Deadline,
        _ => Failed,
    };

    public static int Of(Exception failure) => failure switch
    {
        FlashException flash => Of(flash),
        CliException cli => cli.Code,
        OperationCanceledException => Interrupted,
        _ => Failed,
    };
}
