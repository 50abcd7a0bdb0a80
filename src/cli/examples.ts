/** What stands below the help. */
export const EXAMPLES = `
Examples:
  sluice                                          the demo: backends, listeners and traffic of its own
  sluice 127.0.0.1:8080 127.0.0.1:9000            relay one port to one backend
  sluice :5432 db1:5432 db2:5432 --balance least_connections --metrics 127.0.0.1:9464
  sluice --rate-limit-down 1MiB/s 127.0.0.1:8080 example.com:80
  sluice check proxy.yaml && sluice run proxy.yaml
  sluice explain proxy.yaml --sni www.example.com --alpn h2
  sluice replay traffic.pcapng --to 127.0.0.1:9001 --speed max
  sluice capture edge --for 30s --filter client=10.0.0.0/8 -o - | wireshark -k -i -
  sluice top --admin http://127.0.0.1:9900
  sluice machines --machine connection --format mermaid

Addresses: 127.0.0.1:80, "[::1]:80", name:80, :80 (all interfaces), unix:/run/x.sock.
Signals: SIGTERM or SIGINT lets connections finish; a second one cuts them. SIGHUP reads the file of \`run\` again.
Exit code: 0 ended as asked, 1 failed while running, 2 wrong command line or configuration.
\`explain\` ends with 1 where no route takes the client, \`replay\` where an answer differs.
`;
