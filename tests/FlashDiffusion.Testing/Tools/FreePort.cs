using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace FlashDiffusion.Testing.Tools;

/// <summary>Ports for programs that have to be told one.</summary>
internal static class FreePort
{
    // Below those that systems give to whoever asks for any: between here and the program's start nobody gets it by chance.
    private const int First = 15000;
    private const int Last = 30000;

    /// <summary>A port of the loopback address that nobody listens at.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(First, Last);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                // Somebody does.
            }
        }
    }
}
