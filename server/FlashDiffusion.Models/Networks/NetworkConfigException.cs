namespace FlashDiffusion.Models.Networks;

/// <summary>A network configuration that is malformed, contradictory or names an option which is not supported.</summary>
internal sealed class NetworkConfigException : Exception
{
    public NetworkConfigException(string message)
        : base(message)
    {
    }

    public NetworkConfigException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public NetworkConfigException()
    {
    }
}
