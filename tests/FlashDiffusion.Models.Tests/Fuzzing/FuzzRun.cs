using System.Globalization;

namespace FlashDiffusion.Models.Fuzzing;

/// <summary>Feeds a reader with inputs and watches what it does with them.</summary>
internal sealed class FuzzRun
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Lock _lock = new();
    private byte[] _input = [];
    private long _done;
    private Exception? _failure;

    /// <summary>Inputs a reader gets; there are eight.</summary>
    public static int Inputs { get; } = Environment.GetEnvironmentVariable("LONG") == "1" ? 15_000 : 750;

    /// <summary>Bytes on the managed heap that a reader may use beside a multiple of its input's length.</summary>
    public long FixedBytes { get; init; } = 2 << 20;

    /// <summary>Bytes on the managed heap for each byte of input.</summary>
    public long BytesPerByte { get; init; } = 256;

    /// <summary>Runs a reader over many inputs; fails on an exception that it does not document, on a hang, and on memory beyond the limit.</summary>
    /// <param name="next">Makes the next input.</param>
    /// <param name="read">Reads it; what it documents to throw, it catches.</param>
    public void Over(Func<byte[]> next, Action<byte[]> read)
    {
        var worker = new Thread(() => Work(next, read)) { IsBackground = true };
        worker.Start();
        for (var seen = 0L; !worker.Join(Patience);)
        {
            lock (_lock)
            {
                Assert.True(_done > seen, $"One input of {_input.Length} bytes takes longer than {Patience}: {Hex(_input)}");
                seen = _done;
            }
        }

        Assert.True(_failure is null, $"After {_done} inputs, on {Hex(_input)}: {_failure}");
        Assert.Equal(Inputs, _done);
    }

    private void Work(Func<byte[]> next, Action<byte[]> read)
    {
        try
        {
            for (var i = 0; i < Inputs; i++)
            {
                Begin(next());
                var before = GC.GetAllocatedBytesForCurrentThread();
                read(_input);
                var used = GC.GetAllocatedBytesForCurrentThread() - before;
                if (used > FixedBytes + (BytesPerByte * _input.Length))
                {
                    throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{used} bytes of memory were used for an input of {_input.Length}."));
                }

                lock (_lock)
                {
                    _done++;
                }
            }
        }
        catch (Exception exception)
        {
            _failure = exception;
        }
    }

    private void Begin(byte[] input)
    {
        lock (_lock)
        {
            _input = input;
        }
    }

    private static string Hex(byte[] input) => Convert.ToHexString(input.AsSpan(0, Math.Min(input.Length, 4096)));
}
