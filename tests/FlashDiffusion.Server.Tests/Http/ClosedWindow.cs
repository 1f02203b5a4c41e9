using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;

namespace FlashDiffusion.Server.Tests.Http;

/// <summary>
/// A client of HTTP/2 whose connection lives, pings included, and whose window for answers is closed: no byte of a body can be sent to it. No library has one.
/// </summary>
internal sealed class ClosedWindow : IDisposable
{
    private const byte Data = 0, Headers = 1, Reset = 3, Settings = 4, Ping = 6;
    private const byte Acknowledged = 1, EndStream = 1, EndHeaders = 4;
    private const int CallStream = 1;
    private const int MostOfFrame = 16 * 1024;

    private readonly TcpClient _client = new();

    /// <summary>Bytes of bodies that came.</summary>
    public int BodyBytes { get; private set; }

    /// <summary>Makes one call and answers pings until its stream is reset.</summary>
    /// <param name="address">Where to.</param>
    /// <param name="path">The method.</param>
    /// <param name="request">Its message.</param>
    /// <returns>The code of the reset.</returns>
    public async Task<int> UntilResetAsync(Uri address, string path, IMessage request)
    {
        await _client.ConnectAsync(address.Host, address.Port, Cancellation);
        await _client.GetStream().WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray(), Cancellation);
        // SETTINGS_INITIAL_WINDOW_SIZE is 0.
        await WriteAsync(Settings, 0, 0, [0, 4, 0, 0, 0, 0]);
        (string, string)[] fields = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", address.Authority), ("content-type", "application/grpc"), ("te", "trailers")];
        await WriteAsync(Headers, EndHeaders, CallStream, [.. fields.SelectMany(field => (byte[])[0, .. Text(field.Item1), .. Text(field.Item2)])]);
        var message = request.ToByteArray();
        var prefix = new byte[5];
        BinaryPrimitives.WriteInt32BigEndian(prefix.AsSpan(1), message.Length);
        foreach (var part in ((byte[])[.. prefix, .. message]).Chunk(MostOfFrame))
        {
            await WriteAsync(Data, 0, CallStream, part);
        }

        await WriteAsync(Data, EndStream, CallStream, []);
        while (true)
        {
            var (type, flags, payload) = await ReadAsync();
            switch (type)
            {
                case Settings or Ping when (flags & Acknowledged) == 0:
                    await WriteAsync(type, Acknowledged, 0, type == Ping ? payload : []);
                    break;
                case Headers:
                    // Of an answer with a body the last frame can't come.
                    Assert.True((flags & EndStream) == 0, "It was refused.");
                    break;
                case Data:
                    BodyBytes += payload.Length;
                    break;
                case Reset:
                    return BinaryPrimitives.ReadInt32BigEndian(payload);
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // HPACK without its compression; no text here is longer than a byte can say.
    private static byte[] Text(string text) => [checked((byte)text.Length), .. Encoding.ASCII.GetBytes(text)];

    private async Task WriteAsync(byte type, byte flags, int stream, byte[] payload)
    {
        var head = new byte[9];
        BinaryPrimitives.WriteInt32BigEndian(head, payload.Length << 8);
        (head[3], head[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(head.AsSpan(5), stream);
        await _client.GetStream().WriteAsync((byte[])[.. head, .. payload], Cancellation);
    }

    private async Task<(byte Type, byte Flags, byte[] Payload)> ReadAsync()
    {
        var head = new byte[9];
        await _client.GetStream().ReadExactlyAsync(head, Cancellation);
        var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8];
        await _client.GetStream().ReadExactlyAsync(payload, Cancellation);
        return (head[3], head[4], payload);
    }
}
