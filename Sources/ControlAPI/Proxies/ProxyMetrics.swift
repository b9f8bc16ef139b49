// The bytes that went through proxies, as Prometheus reads them.

import LoopbackTransport

/// The text of `/metrics`, in Prometheus' exposition format 0.0.4. The names and labels are Toxiproxy's.
struct ProxyMetrics {
    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// The two counters of every proxy and direction that had a connection.
    static func text(_ traffic: ProxyTraffic) -> String {
        let all = traffic.all
        func counter(_ name: String, _ value: (ProxyTraffic.Count) -> UInt64) -> String {
            guard !all.isEmpty else { return "" }
            return "# HELP \(name) \n# TYPE \(name) counter\n"
                + all.map { "\(name){\(labels($0.key))} \(value($0.count))\n" }.joined()
        }
        return counter("toxiproxy_proxy_received_bytes_total", \.received)
            + counter("toxiproxy_proxy_sent_bytes_total", \.sent)
    }

    private static func labels(_ key: ProxyTraffic.Key) -> String {
        let labels: KeyValuePairs = [
            "direction": key.stream.rawValue, "listener": key.listener, "proxy": key.proxy, "upstream": key.upstream,
        ]
        return labels.map { "\($0.key)=\"\(escaped($0.value))\"" }.joined(separator: ",")
    }

    private static func escaped(_ text: String) -> String {
        text.replacing(#"\"#, with: #"\\"#).replacing("\"", with: #"\""#).replacing("\n", with: #"\n"#)
    }
}
