using FlashDiffusion.V1;
using Grpc.Net.Client;

namespace FlashDiffusion.Client;

/// <summary>A connection to one server.</summary>
internal sealed class FlashServer : IDisposable
{
    private readonly GrpcChannel _channel;
    private long _notBefore;
    private int _calls;

    public FlashServer(Uri address, FlashClientOptions options)
    {
        Address = address;
        _channel = GrpcChannel.ForAddress(address, options.ToChannelOptions(address));
        Reconstruction = new ReconstructionService.ReconstructionServiceClient(_channel);
        Catalog = new CatalogService.CatalogServiceClient(_channel);
    }

    public Uri Address { get; }

    public ReconstructionService.ReconstructionServiceClient Reconstruction { get; }

    public CatalogService.CatalogServiceClient Catalog { get; }

    /// <summary>Reconstructions of this client that it works on.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>Time before which it is to be left alone, in ticks of universal time.</summary>
    public long NotBefore => Volatile.Read(ref _notBefore);

    /// <summary>Leaves it alone until then, or longer if somebody has said so: what a server asks for counts more than another stream's break.</summary>
    public void LeaveAloneUntil(DateTimeOffset time)
    {
        for (var known = NotBefore; known < time.UtcTicks;)
        {
            var found = Interlocked.CompareExchange(ref _notBefore, time.UtcTicks, known);
            if (found == known)
            {
                return;
            }

            known = found;
        }
    }

    public void Enter() => Interlocked.Increment(ref _calls);

    public void Leave() => Interlocked.Decrement(ref _calls);

    public void Dispose() => _channel.Dispose();
}
