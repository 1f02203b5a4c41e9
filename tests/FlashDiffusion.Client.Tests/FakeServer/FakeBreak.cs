namespace FlashDiffusion.Client.Tests.FakeServer;

/// <summary>How a stream ends badly.</summary>
public enum FakeBreak
{
    /// <summary>The connection's stream is reset.</summary>
    Abort,

    /// <summary>Nothing comes any more.</summary>
    Silence,

    /// <summary>CANCELLED without details, as proxies answer for a server that died.</summary>
    Cancelled,

    /// <summary>A sequence number is left out.</summary>
    MissingEvent,

    /// <summary>A latent whose checksum does not fit.</summary>
    DamagedTensor,
}
