using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Admin</c>: the service for those who run the server.</summary>
internal sealed class AdminOptions
{
    public const string Section = "Admin";

    /// <summary>Whether it is there at all.</summary>
    /// <value>False.</value>
    public bool Enabled { get; set; }

    /// <summary>Its own port, gRPC; 0 takes a free one.</summary>
    /// <value>8003.</value>
    [Range(0, 65535)]
    public int Port { get; set; } = 8003;
}
