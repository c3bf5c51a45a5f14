# Load balancers, weights and real traffic, by the AWS CLI; sourced by awsCli.sh.

servers=()
trap 'kill "${servers[@]}" 2>/dev/null' EXIT

# serve WORD: a target that answers WORD to everything; sets `port`.
serve() {
  python3 -u - "$1" >"$directory/$1" 2>/dev/null <<'PYTHON' &
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(sys.argv[1].encode())

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_address[1])
server.serve_forever()
PYTHON
  servers+=($!)
  until [ -s "$directory/$1" ]; do sleep 0.1; done
  port=$(cat "$directory/$1")
}

# forward BLUE GREEN: the listener's one action with these weights.
forward() {
  echo "Type=forward,ForwardConfig={TargetGroups=[{TargetGroupArn=$blue,Weight=$1},{TargetGroupArn=$green,Weight=$2}]}"
}

# answers COUNT: how many of COUNT requests to the listener blue answered.
answers() {
  curl -s "$url/?[1-$1]" | grep -o blue | wc -l
}

refused LoadBalancerNotFound elbv2 describe-load-balancers --names none
balancer=$(aws elbv2 create-load-balancer --name $name --subnets subnet-1 subnet-2 \
  --query 'LoadBalancers[0].LoadBalancerArn')
aws elbv2 wait load-balancer-available --names $name
same "wait load-balancer-available" $? 0

serve blue
group="--protocol HTTP --vpc-id vpc-1 --target-type ip --health-check-interval-seconds 5
  --health-check-timeout-seconds 2 --query TargetGroups[0].TargetGroupArn"
blue=$(aws elbv2 create-target-group --name $name-blue --port "$port" $group)
aws elbv2 register-targets --target-group-arn "$blue" --targets Id=127.0.0.1
serve green
green=$(aws elbv2 create-target-group --name $name-green --port 80 $group)
aws elbv2 register-targets --target-group-arn "$green" --targets "Id=127.0.0.1,Port=$port"
refused DuplicateTargetGroupName elbv2 create-target-group --name $name-blue --port 1 $group

listener=$(aws elbv2 create-listener --load-balancer-arn "$balancer" --protocol HTTP --port 80 \
  --default-actions "$(forward 80 20)" --query 'Listeners[0].ListenerArn')
refused ResourceInUse elbv2 delete-target-group --target-group-arn "$blue"
aws elbv2 wait target-in-service --target-group-arn "$green"
same "wait target-in-service" $? 0
url=$(lab status | read_json "next(
  balancer['listeners'][0]['url'] for balancer in it['loadBalancers'] if balancer['name'] == '$name')")
# 240 of 300, four standard deviations to either side.
count=$(answers 300)
same "80/20 ($count of 300)" $((count > 212 && count < 268)) 1
aws elbv2 modify-listener --listener-arn "$listener" --default-actions "$(forward 1 0)" >/dev/null
same "1/0 at once" "$(answers 100)" 100


aws elbv2 delete-load-balancer --load-balancer-arn "$balancer"
aws elbv2 delete-target-group --target-group-arn "$blue"
aws elbv2 delete-target-group --target-group-arn "$green"
refused TargetGroupNotFound elbv2 describe-target-health --target-group-arn "$blue"
