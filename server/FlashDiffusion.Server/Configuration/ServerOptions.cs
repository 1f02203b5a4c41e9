using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Server</c>: where the server listens, and how it ends.</summary>
internal sealed class ServerOptions
{
    public const string Section = "Server";

    /// <summary>Port of gRPC, HTTP/2 in cleartext; 0 takes a free one.</summary>
    /// <value>8001.</value>
    [Range(0, 65535)]
    public int GrpcPort { get; set; } = 8001;

    /// <summary>Port of HTTP: the API as JSON and as gRPC-Web, its description, health; 0 takes a free one.</summary>
    /// <value>8000.</value>
    [Range(0, 65535)]
    public int HttpPort { get; set; } = 8000;

    /// <summary>Port of Prometheus metrics; 0 takes a free one.</summary>
    /// <value>8002.</value>
    [Range(0, 65535)]
    public int MetricsPort { get; set; } = 8002;

    /// <summary><c>loopback</c> (only this machine), <c>any</c> (every interface), or one IP address.</summary>
    /// <value><c>loopback</c>.</value>
    [Required]
    public string Listen { get; set; } = ListenAddress.LoopbackWord;

    /// <summary>Largest gRPC message that is taken, in bytes; answers are bounded by the limits of pictures. A 16 megapixel float32 picture needs 192 MiB.</summary>
    /// <value>64 MiB.</value>
    [Range(1024 * 1024, 1024 * 1024 * 1024)]
    public int MaximumMessageBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>Seconds that running reconstructions get to finish when the server is told to end.</summary>
    /// <value>10.</value>
    [Range(0, 86400)]
    public double ShutdownGraceSeconds { get; set; } = 10;

    /// <summary>
    /// Seconds between the order to end and the closing of the ports, in which health checks say NOT_SERVING and new requests are refused: as long as a
    /// balancer takes to notice.
    /// </summary>
    /// <value>0.</value>
    [Range(0, 3600)]
    public double DrainDelaySeconds { get; set; }

    /// <summary>Whether gRPC reflection describes the services to tools like grpcurl. Off in production: it tells everybody what there is.</summary>
    /// <value>False.</value>
    public bool Reflection { get; set; }

    /// <summary>Seconds that one write to a client, an event or a piece of an answer, may take before the client counts as gone and its work is cancelled.</summary>
    /// <value>120.</value>
    [Range(1, 86400)]
    public double StallSeconds { get; set; } = 120;
}
