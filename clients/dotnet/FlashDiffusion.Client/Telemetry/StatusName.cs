using Grpc.Core;

namespace FlashDiffusion.Client;

/// <summary>Names of gRPC statuses as its specification writes them: DEADLINE_EXCEEDED.</summary>
internal static class StatusName
{
    public static string Of(StatusCode code) => code == StatusCode.OK
        ? "OK"
        : string.Concat(code.ToString().Select((letter, i) => i > 0 && char.IsUpper(letter) ? $"_{letter}" : $"{char.ToUpperInvariant(letter)}"));
}
