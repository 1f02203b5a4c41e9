using System.Net.Sockets;

namespace FlashDiffusion.Server.Hosting;

/// <summary>What the system knows of a connection's other end.</summary>
/// <param name="Unacknowledged">Segments that were sent and not acknowledged.</param>
/// <param name="Probes">Probes, of a silent or a full other end, that nobody answered.</param>
/// <param name="SinceAnswer">Time since anything of it was acknowledged.</param>
internal readonly record struct TcpState(uint Unacknowledged, byte Probes, TimeSpan SinceAnswer)
{
    // Of Linux's tcp.h: the option, and places in its struct tcp_info, which only ever grows at its end.
    private const int TcpLevel = 6;
    private const int TcpInfo = 11;
    private const int ProbesAt = 3;
    private const int UnackedAt = 24;
    private const int LastAckReceivedAt = 56;
    private const int Bytes = 60;

    /// <summary>Whether something is under way that the other end has not answered.</summary>
    public bool Waits => Unacknowledged > 0 || Probes > 0;

    /// <summary>Asks the system.</summary>
    /// <returns>Null where it does not say: elsewhere than on Linux, and of what is no TCP or closed already.</returns>
    public static TcpState? Of(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
        {
            return null;
        }

        try
        {
            Span<byte> info = stackalloc byte[Bytes];
            return socket.GetRawSocketOption(TcpLevel, TcpInfo, info) < Bytes ? null : new TcpState(
                BitConverter.ToUInt32(info[UnackedAt..]),
                info[ProbesAt],
                TimeSpan.FromMilliseconds(BitConverter.ToUInt32(info[LastAckReceivedAt..])));
        }
        catch (Exception exception) when (exception is SocketException or ObjectDisposedException)
        {
            return null;
        }
    }
}
