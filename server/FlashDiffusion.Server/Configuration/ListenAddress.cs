using System.Net;

namespace FlashDiffusion.Server.Configuration;

/// <summary>The words of <see cref="ServerOptions.Listen"/>.</summary>
internal static class ListenAddress
{
    public const string LoopbackWord = "loopback";
    public const string AnyWord = "any";

    /// <summary>Whether only this machine can connect.</summary>
    public static bool IsLoopback(string listen) => listen == LoopbackWord || (IPAddress.TryParse(listen, out var address) && IPAddress.IsLoopback(address));

    /// <summary>Whether the text is a word or an IP address.</summary>
    public static bool IsValid(string? listen) => listen is LoopbackWord or AnyWord || IPAddress.TryParse(listen, out _);
}
